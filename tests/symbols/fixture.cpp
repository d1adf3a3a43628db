// fixture.cpp - C++ names: a template, a method, an operator, an anonymous namespace, a lambda.
namespace shop
{
template <typename T> __attribute__((noinline)) T tally(T value)
{
    return value * 3 + 1;
}
template int tally<int>(int);

struct Cart {
    int items;
    __attribute__((noinline)) int total(int price) const;
    __attribute__((noinline)) bool operator<(const Cart &other) const;
};

int Cart::total(int price) const
{
    auto discount = [price](int amount) { return amount - price / 10; };
    return discount(tally(items * price));
}

bool Cart::operator<(const Cart &other) const
{
    return items < other.items;
}
} // namespace shop
